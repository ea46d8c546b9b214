export { checkStream, senderOf } from './driver/upload-progress.js'
