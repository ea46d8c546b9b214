// What a browser's processes hold, by what the system says of them.

import { readdir, readFile } from 'node:fs/promises'

const read = (path) => readFile(path, 'utf8').catch(() => '')

/** The processes of the browser with this profile: its renderers, and all. */
export const processesOf = async (profile) => {
  const found = []
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const command = await read(`/proc/${pid}/cmdline`)
    const parent = /\nPPid:\s*(\d+)/.exec(await read(`/proc/${pid}/status`))?.[1]
    if (parent) found.push({ pid, parent, command })
  }
  const browser = found.find(({ command }) => command.includes(profile) && !command.includes('--type='))
  const all = new Set([browser?.pid])
  for (let size = 0; size < all.size; ) {
    size = all.size
    for (const { pid, parent } of found) if (all.has(parent)) all.add(pid)
  }
  const own = found.filter(({ pid }) => all.has(pid))
  return { renderers: own.filter(({ command }) => command.includes('--type=renderer')), all: own }
}

/** The private memory of processes, in bytes. */
export const privateMemory = async (processes) => {
  let sum = 0
  for (const { pid } of processes) {
    sum += 1024 * Number(/\nRssAnon:\s*(\d+)/.exec(await read(`/proc/${pid}/status`))?.[1] ?? 0)
  }
  return sum
}
