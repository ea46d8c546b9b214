// Installs the packed tarball beside the dependencies of the lock file. It is not in the lock file: its hash changes with
// every build.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const npm = fileURLToPath(new URL('../../npm/', import.meta.url))
const { version } = JSON.parse(readFileSync(`${npm}package.json`, 'utf8'))
const tarball = `${npm}twinfetch-${version}.tgz`

if (!existsSync(tarball)) throw new Error('There is no tarball to install: run `cargo xtask build` first.')
execFileSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--silent', tarball], {
  cwd: here,
  stdio: 'inherit',
})
