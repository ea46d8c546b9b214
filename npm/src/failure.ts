import type { ErrorCode, ErrorKind } from '../generated/errors.js'

/** What the core throws and rejects with: plain data, so that it means the same in every realm. */
export interface Failure {
  kind: ErrorKind
  code: ErrorCode
  message: string
  retryable: boolean
  status?: number | undefined
  requestId?: string | undefined
  retryAfter?: number | undefined
}

/** The code of a named failure; what nobody has named is thrown on, for it is a defect. */
export const codeOf = (thrown: unknown): ErrorCode => {
  if (isFailure(thrown)) return thrown.code
  throw thrown
}

/** Tells whether a thrown value is a failure that the core has named. */
export const isFailure = (thrown: unknown): thrown is Failure => {
  const { kind, code } = (thrown ?? {}) as Partial<Failure>
  return typeof kind === 'string' && typeof code === 'string'
}
