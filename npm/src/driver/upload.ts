import type { UploadOptions } from '../request.js'

/** Puts a file into a form under its name; anything else is sent as it is. */
export const formOf = (file: unknown, { field = 'file', filename }: UploadOptions): unknown => {
  if (!/^\[object (Blob|File)\]$/.test(Object.prototype.toString.call(file))) return file
  const form = new FormData()
  const name = filename ?? (file as File).name
  if (name === undefined) form.append(field, file as Blob)
  else form.append(field, file as Blob, name)
  return form
}
