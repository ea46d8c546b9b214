export type { ErrorCode, ErrorKind, Sent } from '../generated/errors.js'
export type { Client, VerbOptions } from './client.js'
export type { Dialect } from './dialect.js'
export { type LogDetail, RequestError } from './error.js'
export type { Problem } from './failure.js'
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
  Transfer,
  UploadOptions,
  UploadProgress,
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
