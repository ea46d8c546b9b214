import { everyBehaviour } from './behaviours/every.mjs'

everyBehaviour({
  folder: 'v5',
  cookie: 'authjs.session-token',
  unverified: 'server_failed',
  settings: (url, secret) => ({ AUTH_URL: url, AUTH_SECRET: secret, AUTH_TRUST_HOST: 'true' }),
})
