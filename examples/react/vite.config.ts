import react from '@vitejs/plugin-react'
import { type Connect, defineConfig, type Plugin } from 'vite'

const setting = (name: string, fallback: string): string => process.env[name] || fallback

/** What the page asks for when it opens: one build serves any addresses. */
const settings = () => ({
  backends: {
    s1: setting('S1_URL', 'http://localhost:8081'),
    s2: setting('S2_URL', 'http://localhost:8082'),
    s3: setting('S3_URL', 'http://localhost:8083'),
    s4: setting('S4_URL', 'http://localhost:8084'),
  },
  nextApp: setting('NEXT_APP_URL', 'http://localhost:3000'),
})

const answer: Connect.NextHandleFunction = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(settings()))
}

/** Serves `/settings.json` beside the app's files, in development and of a build. */
const settingsFile: Plugin = {
  name: 'settings-file',
  configureServer: ({ middlewares }) => void middlewares.use('/settings.json', answer),
  configurePreviewServer: ({ middlewares }) => void middlewares.use('/settings.json', answer),
}

const address = { host: 'localhost', port: Number(setting('PORT', '5173')), strictPort: true }

export default defineConfig({
  plugins: [react(), settingsFile],
  server: address,
  preview: address,
})
