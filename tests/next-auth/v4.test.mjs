import { everyBehaviour } from './behaviours/every.mjs'

everyBehaviour({
  folder: 'v4',
  cookie: 'next-auth.session-token',
  // What `authorize` throws is a refusal in its own words to version 4.
  unverified: 'sign_in_refused',
  settings: (url, secret) => ({ NEXTAUTH_URL: url, NEXTAUTH_SECRET: secret }),
})
