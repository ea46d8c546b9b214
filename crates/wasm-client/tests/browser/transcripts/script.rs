//! The other side of a transcript: it checks every request and gives the answer that is written for it.

use serde_json::Value;
use wasm_bindgen::prelude::*;

use crate::script::parse;

#[wasm_bindgen(inline_js = r#"
const now = Date.now
let rest = []
let complaints = []

const same = (what, actual, expected) => {
  const [one, other] = [actual, expected].map((value) => JSON.stringify(sorted(value) ?? null))
  if (one !== other) throw new Error(`${what}: ${one} instead of ${other}`)
}
const sorted = (value) =>
  value === null || typeof value !== 'object' || Array.isArray(value)
    ? value
    : Object.fromEntries(Object.keys(value).sort().map((name) => [name, sorted(value[name])]))

const bodyOf = async (request, isForm) => {
  const text = await request.text()
  const type = request.headers.get('content-type')
  if (!isForm) {
    same('the type', type, 'application/json')
    return JSON.parse(text)
  }
  same('the type', type.split(';')[0], 'application/x-www-form-urlencoded')
  return Object.fromEntries(new URLSearchParams(text))
}

const respond = ({ fails, status, headers, body }) => {
  if (fails) throw new TypeError('fetch failed')
  const type = body === undefined ? {} : { 'content-type': 'application/json' }
  const content = body === undefined ? null : JSON.stringify(body)
  return new Response(content, { status, headers: { ...type, ...headers } })
}

const answer = async (request, { site, path: sessionPath }) => {
  const { origin, pathname, search } = new URL(request.url)
  const sends = `${request.method} ${pathname}${search}`
  // A client may ask who it is whenever it likes.
  if (sends === `GET ${sessionPath}` && rest[0]?.sends !== sends) return new Response(null, { status: 503 })
  const line = rest.shift()
  same('the next request', sends, line?.sends)
  const ofApp = site === 'app' && pathname.startsWith('/api/auth/')
  same(`${sends}: the origin`, origin, ofApp ? 'http://app.test' : 'http://backend.test')
  const bearer = line.bearer === undefined ? null : `Bearer ${line.bearer}`
  same(`${sends}: the credential`, request.headers.get('authorization'), bearer)
  if ('cookies' in line) same(`${sends}: the cookies`, request.credentials === 'include', line.cookies)
  for (const [name, value] of Object.entries(line.headers ?? {})) same(`${sends}: ${name}`, request.headers.get(name), value)
  if ('body' in line) same(`${sends}: the body`, await bodyOf(request, ofApp && pathname !== sessionPath), line.body)
  return respond(line.answer)
}

export const play = (lines, identity) => {
  rest = lines
  complaints = []
  globalThis.fetch = async (request) => {
    // What starts together is on its way before the first is answered.
    await new Promise((resolve) => setTimeout(resolve))
    try {
      return await answer(request, identity)
    } catch (complaint) {
      if (!(complaint instanceof TypeError)) complaints.push(complaint.message)
      throw complaint
    }
  }
}
export const complaint = () => complaints[0] ?? (rest.length ? `the script goes on with ${rest[0].sends}` : undefined)
export const set_clock = (milliseconds) => {
  Date.now = () => now() + milliseconds
}
"#)]
extern "C" {
    #[wasm_bindgen(js_name = play)]
    fn play_lines(lines: &JsValue, identity: &JsValue);
    /// What was not as the script says, or a request of it that was missing.
    pub(crate) fn complaint() -> Option<String>;
    /// Has the clock be ahead by so much.
    pub(crate) fn set_clock(milliseconds: f64);
}

/// Replaces `fetch` by the lines of a script.
pub(crate) fn play(lines: &[&Value], dialect: &Value) {
    play_lines(&js(&serde_json::json!(lines)), &js(&dialect["identity"]));
}

/// A value in JavaScript.
pub(crate) fn js(value: &Value) -> JsValue {
    parse(&value.to_string())
}
