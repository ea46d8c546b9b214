export type { ErrorCode, ErrorKind } from '../generated/errors.js'
export type { Client, VerbOptions } from './client.js'
export type { Dialect } from './dialect.js'
export { RequestError } from './error.js'
export type { ClientOptions, TokenStorage } from './options.js'
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
  VerbResult,
  Write,
} from './request.js'
export type {
  Anonymous,
  Authenticated,
  LinkToken,
  Permissions,
  Session,
  SessionSnapshot,
  SignedOut,
  Unknown,
  User,
} from './session.js'
