/** A reference backend's own side: what it was asked, and what it should answer. */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'

/**
 * @typedef {{ method: string, path: string, user: string | null, bearer_sha256: string | null, count: number }} Call
 * @typedef {{ path: string, status: number, body?: string, times?: number, headers?: Record<string, string> }} Fault
 */

/** @param {string} url */
export const backendAt = (url) => {
  /** @param {string} path @param {RequestInit} [request] */
  const ask = async (path, request) => {
    const response = await fetch(new URL(path, url), request)
    assert.ok(response.ok, `${request?.method ?? 'GET'} ${path} answered ${response.status}`)
    return response
  }
  /** @returns {Promise<Call[]>} */
  const calls = async () => /** @type {{ calls: Call[] }} */ (await (await ask('/test/calls')).json()).calls
  return {
    calls,
    forgetCalls: () => ask('/test/calls', { method: 'DELETE' }),
    /** How often an endpoint was called since the calls were last forgotten. @param {string} method @param {string} path */
    count: async (method, path) =>
      (await calls())
        .filter((call) => call.method === method && call.path === path)
        .reduce((sum, call) => sum + call.count, 0),
    /** @param {Fault} fault */
    breakPath: (fault) =>
      ask('/test/fault', {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(fault),
      }),
    mendPaths: () => ask('/test/fault', { method: 'DELETE' }),
    /** Lets the rate limits begin anew. */
    forgetLimits: () => ask('/test/limits', { method: 'DELETE' }),
    /** Whether a token is good as bearer at a path. @param {string} path @param {string} token */
    accepts: async (path, token) =>
      (await fetch(new URL(path, url), { headers: { authorization: `Bearer ${token}` } })).ok,
  }
}

/** A token as the ledger of calls has it. @param {string} token */
export const fingerprint = (token) => createHash('sha256').update(token).digest('hex')
