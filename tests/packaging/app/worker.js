import { createClient } from 'twinfetch'
import { authjs } from 'twinfetch/dialects/authjs'

const { data, error } = await createClient({ dialect: authjs, baseUrl: location.origin }).get('/api/posts')
postMessage({ data, error: error?.message })
