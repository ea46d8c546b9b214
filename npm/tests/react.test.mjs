import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { createClient } from 'twinfetch'
import { authjs } from 'twinfetch/dialects/authjs'
import { SessionProvider, useClient, useDownload, useSession, useUpload } from 'twinfetch/react'

const Status = () => useSession().status

test('a page rendered on a server shows that the session is loading', () => {
  const client = createClient({ dialect: authjs })
  const page = createElement(SessionProvider, { client }, createElement(Status))
  assert.equal(renderToString(page), 'loading')
})

test('the hooks say that they need a provider', () => {
  assert.throws(() => renderToString(createElement(Status)), /SessionProvider/)
  assert.throws(() => renderToString(createElement(() => useClient() && null)), /SessionProvider/)
})

test('the React entry is a client module', async () => {
  assert.match(
    await readFile(new URL('../dist/react.js', import.meta.url), 'utf8'),
    /^'use client'|^"use client"/,
  )
})

test('a page rendered on a server shows that nothing is transferred', () => {
  const client = createClient({ dialect: authjs })
  const Transfers = () => `${useDownload().status} ${useUpload().status}`
  const page = createElement(SessionProvider, { client }, createElement(Transfers))
  assert.equal(renderToString(page), 'idle idle')
})
