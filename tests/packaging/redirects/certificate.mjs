// A certificate that says nothing: Chromium is told not to ask.

import { generateKeyPairSync, sign } from 'node:crypto'

// DER (X.690): a tag, a length, what is in it.
const der = (tag, ...parts) => {
  const content = Buffer.concat(parts)
  const length = content.length
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
const sequence = (...parts) => der(0x30, ...parts)
const bits = (content) => der(0x03, Buffer.from([0]), content)
const time = (text) => der(0x17, Buffer.from(text))

const ecdsaWithSha256 = sequence(der(0x06, Buffer.from('2a8648ce3d040302', 'hex')))
const commonName = Buffer.from('550403', 'hex')

/** Makes a key and a certificate of a name, as PEM (RFC 5280 §4.1). */
export const certificateOf = (name) => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const names = sequence(der(0x31, sequence(der(0x06, commonName), der(0x0c, Buffer.from(name)))))
  const content = sequence(
    der(0x02, Buffer.from([1])),
    ecdsaWithSha256,
    names,
    sequence(time('200101000000Z'), time('491231235959Z')),
    names,
    publicKey.export({ type: 'spki', format: 'der' }),
  )
  const whole = sequence(content, ecdsaWithSha256, bits(sign('sha256', content, privateKey)))
  const lines = whole
    .toString('base64')
    .match(/.{1,64}/g)
    .join('\n')
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  }
}
