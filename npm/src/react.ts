export { SessionProvider, useClient, usePermissions, useSession } from './react-session.js'
export {
  type DownloadState,
  type Starter,
  type UploadState,
  useDownload,
  useUpload,
} from './react-transfer.js'
