// A real OpenID provider on a port of the system's choice, for tests. It asks nobody: who comes is signed in.
//
//   node provider.mjs CLIENT_ID CLIENT_SECRET REDIRECT_URI…
//
// The authorization request's `login_hint` says who comes (`ada` without one); `nobody` refuses to sign in. It ends with its
// standard input.

import { createServer } from 'node:http'
import Provider from 'oidc-provider'

const [clientId, clientSecret, ...redirectUris] = process.argv.slice(2)

const people = {
  ada: { name: 'Ada Lovelace', email: 'ada@example.com', email_verified: true },
  grace: { name: 'Grace Hopper', email: 'grace@example.com', email_verified: false },
}

const server = createServer()
await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
const issuer = `http://127.0.0.1:${server.address().port}`

const provider = new Provider(issuer, {
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  clients: [
    {
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uris: redirectUris,
      response_types: ['code'],
      grant_types: ['authorization_code'],
    },
  ],
  conformIdTokenClaims: false,
  cookies: { keys: ['of the tests'] },
  features: { devInteractions: { enabled: false } },
  findAccount: (_, sub) => people[sub] && { accountId: sub, claims: () => ({ sub, ...people[sub] }) },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  loadExistingGrant: async ({ oidc }) => {
    const grant = new provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId })
    grant.addOIDCScope('openid email profile')
    await grant.save()
    return grant
  },
  pkce: { required: () => true },
})

const interact = async (request, response) => {
  const { params } = await provider.interactionDetails(request, response)
  const accountId = params.login_hint ?? 'ada'
  const result = accountId === 'nobody' ? { error: 'access_denied' } : { login: { accountId } }
  await provider.interactionFinished(request, response, result)
}

const protocol = provider.callback()
server.on('request', (request, response) => {
  if (!request.url.startsWith('/interaction/')) return protocol(request, response)
  interact(request, response).catch((error) => response.writeHead(500).end(String(error)))
})

process.stdin.on('end', () => process.exit()).resume()
console.log(`provider ready at ${issuer}`)
