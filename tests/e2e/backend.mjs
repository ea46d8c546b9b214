/** The reference backend's own side: what it was asked, what it should answer, what it sends. */

import assert from 'node:assert/strict'
import { backendUrl } from './stack.mjs'

/**
 * @typedef {{ method: string, path: string, user: string | null, bearer_sha256: string | null, count: number }} Call
 * @typedef {{ path: string, status: number, contentType: string, body: string, times: number }} Fault
 */

/** @param {string} path @param {RequestInit} [request] */
const ask = async (path, request) => {
  const response = await fetch(new URL(path, backendUrl), request)
  assert.ok(response.ok, `${request?.method ?? 'GET'} ${path} answered ${response.status}`)
  return response
}

export const forgetCalls = () => ask('/test/calls', { method: 'DELETE' })

/** How often one endpoint was called since the calls were last forgotten. @param {string} method @param {string} path */
export const countCalls = async (method, path) => {
  const { calls } = /** @type {{ calls: Call[] }} */ (await (await ask('/test/calls')).json())
  return calls
    .filter((call) => call.method === method && call.path === path)
    .reduce((sum, call) => sum + call.count, 0)
}

/** @param {Fault} fault */
export const breakPath = (fault) =>
  ask('/test/fault', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fault),
  })

export const mendPaths = () => ask('/test/fault', { method: 'DELETE' })

/** The bytes the backend sends for a path. @param {string} path @param {string} token */
export const bytesOf = async (path, token) =>
  Buffer.from(await (await ask(path, { headers: { authorization: `Bearer ${token}` } })).arrayBuffer())
