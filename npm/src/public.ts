export type { ErrorCode, ErrorKind } from '../generated/errors.js'
export type { Client } from './client.js'
export type { Dialect } from './dialect.js'
export { RequestError } from './error.js'
export type { ClientOptions } from './options.js'
export type {
  CallOptions,
  DownloadOptions,
  Progress,
  Query,
  QueryValue,
  Read,
  RequestOptions,
  Result,
  SavedFile,
  UploadOptions,
  Write,
} from './request.js'
export type { Anonymous, Authenticated, Session, SessionSnapshot, Unknown, User } from './session.js'
