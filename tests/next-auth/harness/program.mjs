/** A program that a test runs beside itself, from its ready line to the end of the test. */

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

// The runner ends a test that takes too long by a signal, which would leave the programs behind.
process.once('SIGTERM', () => process.exit(1))

/**
 * @typedef {object} Program
 * @property {string} url where it answers, as its ready line says
 * @property {() => Promise<void>} end ends it and waits for that
 */

/**
 * Starts a program and waits for the line whose first group is its address.
 * @param {string} file @param {string[]} given @param {RegExp} ready @param {Record<string, string>} [settings]
 * @returns {Promise<Program>}
 */
export const start = (file, given, ready, settings = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(file, given, {
      env: { ...process.env, ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    process.once('exit', () => child.kill())
    const ended = new Promise((over) => child.once('close', over))
    const end = async () => {
      child.kill()
      await ended
    }
    /** @type {string[]} */
    const said = []
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on('line', (line) => {
        said.push(line)
        const url = ready.exec(line)?.[1]
        if (url) resolve({ url, end })
      })
    }
    child.once('error', reject)
    void ended.then(() => reject(new Error(`${file} ended early:\n${said.slice(-20).join('\n')}`)))
  })
