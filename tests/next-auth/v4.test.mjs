import { everyBehaviour } from './behaviours/every.mjs'

everyBehaviour({
  folder: 'v4',
  cookie: 'next-auth.session-token',
  settings: (url, secret) => ({ NEXTAUTH_URL: url, NEXTAUTH_SECRET: secret }),
})
