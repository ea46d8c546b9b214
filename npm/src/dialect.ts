import type { Dialect } from '../generated/dialect.js'
import { shape } from '../generated/shape.js'

export type { Dialect }

type Shape = string | 0 | null | readonly [Shape] | { readonly [name: string]: Shape }
type Refuse = (complaint: string) => never

/** Refuses a dialect with an unknown, a missing or a wrong field, and names its place. */
export const checkDialect = (dialect: unknown, refuse: Refuse): void =>
  check(shape, dialect, 'dialect', refuse)

const check = (shape: Shape, value: unknown, place: string, refuse: Refuse): void => {
  const insist = (fits: boolean, what: string) => fits || refuse(`${place} ${what}`)
  if (typeof shape === 'string') {
    insist(typeof value === 'string' && new RegExp(shape).test(value), `must match ${shape}`)
  } else if (shape === 0) {
    insist(typeof value === 'number', 'must be a number')
  } else if (Array.isArray(shape)) {
    insist(Array.isArray(value), 'must be a list')
    for (const [index, item] of (value as unknown[]).entries())
      check(shape[0], item, `${place}/${index}`, refuse)
  } else if (shape) {
    insist(typeof value === 'object' && value !== null, 'must be an object')
    checkRecord(shape as Record<string, Shape>, value as Record<string, unknown>, place, refuse)
  }
}

const checkRecord = (
  shape: Record<string, Shape>,
  value: Record<string, unknown>,
  place: string,
  refuse: Refuse,
): void => {
  const variants = shape['|'] as Record<string, Record<string, Shape>> | undefined
  if (variants) {
    const kinds = Object.keys(variants)
    check(`^(${kinds.join('|')})$`, value.kind, `${place}/kind`, refuse)
    checkRecord({ kind: '[^]', ...variants[value.kind as string] }, value, place, refuse)
    return
  }
  for (const name of Object.keys(value)) {
    // The question mark is the shape's own: no field has one.
    if (name.endsWith('?') || !(Object.hasOwn(shape, name) || Object.hasOwn(shape, `${name}?`)))
      refuse(`${place}/${name} is unknown`)
  }
  for (const [name, field] of Object.entries(shape)) {
    const member = name.replace('?', '')
    if (value[member] != null) check(field, value[member], `${place}/${member}`, refuse)
    else if (member === name) refuse(`${place}/${member} is missing`)
  }
}
