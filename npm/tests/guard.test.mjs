import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, RequestError } from 'twinfetch'
import { dualToken } from 'twinfetch/dialects/dual-token'
import { foundIn, secret, watch } from '../../tests/canary/search.mjs'
import { leaks } from './guard.mjs'
import { page } from './page.mjs'
import { appUrl, baseUrl, json, script } from './scripted.mjs'

const token = secret('form')
const part = token.slice(16, 28)

const forms = {
  whole: token,
  'a part': part,
  'in capitals': part.toUpperCase(),
  backwards: [...part].reverse().join(''),
  hex: Buffer.from(part).toString('hex'),
  percent: [...token].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join(''),
  'half percent': token.replaceAll('-', '%2D'),
  bytes: String(Buffer.from(token).toJSON().data),
  ...Object.fromEntries(
    ['', 'a', 'ab'].map((before) => [`base64 after ${before}`, btoa(`${before}${token}?>~`)]),
  ),
  ...Object.fromEntries(
    ['', 'a', 'ab'].map((before) => [
      `base64url of a part after ${before}`,
      Buffer.from(`${before}${part}-of-it`).toString('base64url'),
    ]),
  ),
}

for (const [name, form] of Object.entries(forms)) {
  test(`a secret is found: ${name}`, () => assert(foundIn(`a line\nanother with ${form} in it`)))
}

test('nothing else is found', () => {
  for (const text of ['CANARY', 'the canary-form', token.slice(12, 22), '0'.repeat(64)])
    assert.equal(foundIn(text), undefined)
})

test('a token of three parts is found by all but its header', () => {
  watch('eyJhbGciOiJIUzI1NiJ9.cGF5bG9hZC1vZi1hZGE.c2lnbmF0dXJlLW9mLWFkYQ')
  assert.equal(foundIn('eyJhbGciOiJIUzI1NiJ9'), undefined)
  assert(foundIn('cGF5bG9hZC1vZi1hZGE') && foundIn('…mF0dXJlLW9mLWFkYQ'))
})

const leaking = {
  'the console': (test) => {
    test.mock.method(process.stdout, 'write', () => true)
    console.log({ token })
  },
  'a message': () => new RequestError({ message: token }),
  'a member of an error': () => new RequestError({ message: '', requestId: token }),
  localStorage: (test) => page(test).localStorage.setItem('x', token),
  'another storage than the one that is kept': (test) =>
    page(test, '/', { storage: 'localStorage' }).sessionStorage.setItem(token, 'x'),
  'a cookie': (test) => {
    page(test).document.cookie = `x=${token}`
  },
}

for (const [place, leak] of Object.entries(leaking)) {
  test(`the guard sees ${place}`, (test) => {
    leak(test)
    assert.equal(leaks().length > 0, true)
  })
}

test('the guard sees the errors that a client gives', async (test) => {
  script(test, { 'GET /x': () => json({ success: false, message: token }, { status: 422 }) })
  const { error } = await createClient({ dialect: dualToken, appUrl, baseUrl }).get('/x')
  assert.equal(error.message, token)
  assert.equal(leaks()[0], `RequestError: ${token}`)
})

test('what is kept where the app says is no leak', (test) => {
  page(test, '/', { storage: ['localStorage', 'cookie'] }).localStorage.setItem('x', token)
})
