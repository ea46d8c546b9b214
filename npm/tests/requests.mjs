// A scripted `XMLHttpRequest` in the frame of a page: what it is told to do, and what a test has it do.

import { page } from './page.mjs'

class Request extends EventTarget {
  HEADERS_RECEIVED = 2
  readyState = 0
  status = 0
  statusText = ''
  responseURL = ''
  withCredentials = false
  upload = {}
  headers = {}
  aborted = false
  open(method, url) {
    Object.assign(this, { method, url })
  }
  setRequestHeader(name, value) {
    this.headers[name] = value
  }
  getAllResponseHeaders() {
    return this.answerHeaders
  }
  abort() {
    this.aborted = true
  }
  send(body) {
    this.body = body
    this.upload.onloadstart({ loaded: 0, total: this.total })
    this.play(this)
  }
  /** Says that so many bytes have left. */
  move(loaded) {
    this.upload.onprogress({ loaded, total: this.total })
    if (loaded === this.total) this.upload.onload()
  }
  /** Answers with a head. */
  head(status = 200, headers = { 'content-type': 'application/json' }, url = this.url) {
    this.answerHeaders = Object.entries(headers)
      .map((header) => `${header.join(': ')}\r\n`)
      .join('')
    Object.assign(this, { readyState: 2, status, responseURL: url })
    this.onreadystatechange()
  }
  /** Ends the answer. */
  body_(value) {
    this.response = new TextEncoder().encode(JSON.stringify(value)).buffer
    this.onload?.()
    this.onloadend?.()
  }
  /** Sends all and answers. */
  answer(value, status) {
    this.move(this.total)
    this.head(status)
    this.body_(value)
  }
  fail() {
    this.readyState = 4
    this.onerror()
  }
}

/**
 * Gives one test a page whose frames have such requests. `plays` says of each what becomes of it; `frames` are those that were made,
 * with their policies.
 */
export const requests = (test, plays, { total = 1_000, at = '/' } = {}) => {
  const given = page(test, at)
  const sent = []
  const frames = []
  class Played extends Request {
    total = total
    play = plays[sent.length]
    constructor() {
      super()
      sent.push(this)
    }
  }
  const element = (made) => Object.assign(new EventTarget(), made)
  const createElement = () => {
    const policies = []
    const realm = element({
      createElement: () => ({}),
      head: { append: (meta) => policies.push(`${meta.httpEquiv}: ${meta.content}`) },
    })
    const violate = (originalPolicy) =>
      realm.dispatchEvent(Object.assign(new Event('securitypolicyviolation'), { originalPolicy }))
    const frame = element({
      contentDocument: realm,
      contentWindow: { XMLHttpRequest: Played },
      policies,
      violate,
    })
    frame.remove = () => {
      frame.removed = true
    }
    frames.push(frame)
    return frame
  }
  const documentElement = { append: (frame) => frame.dispatchEvent(new Event('load')) }
  Object.assign(given.document, { createElement, documentElement })
  globalThis.SecurityPolicyViolationEvent = class extends Event {}
  test.after(() => {
    delete globalThis.SecurityPolicyViolationEvent
  })
  return { sent, frames, ...given }
}
