// One redirect with one secret: what the page did of it, and what was seen where.

import { app, canary } from './axes.mjs'

/** Performs `work` in the page with a new secret; `route` is the path that redirects, or the case's own. */
export const perform = async ({ context, recorder, page, work, redirect, number, cookie, route, task }) => {
  const secret = canary()
  const { code, from, to, location = `${to}/${number}/to` } = redirect
  const path = route ?? `/${number}/from`
  recorder.answers.clear()
  recorder.answers.set('/auth/login', { success: true, data: { accessToken: secret, refreshToken: secret } })
  recorder.answers.set(path, { code, location })
  await context.clearCookies()
  if (cookie) await context.addCookies([{ name: cookie, value: secret, domain: `.${app}`, path: '/' }])
  const error = await page.evaluate(work, { from, path, secret, ...task })
  const seen = recorder.seen.splice(0)
  const [home, foreign] = [true, false].map((own) => seen.filter(({ origin }) => (origin === from) === own))
  const sent = home.filter((request) => request.method !== 'OPTIONS' && request.path === path)
  const leaks = foreign.filter(({ text }) => text.includes(secret))
  const what = `${code}, ${redirect.name}, ${JSON.stringify({ task, error, seen })}`
  return { secret, error, seen, sent, foreign, leaks, what }
}
