import { callInvalid } from '../../generated/errors.js'

/** Refuses at once what only a page can do. */
export const checkPage = (how = ''): void => {
  if (typeof document !== 'undefined') return
  throw { ...callInvalid, message: `This can be done only in a page${how}.` }
}
