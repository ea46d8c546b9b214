/** Calls somebody else's listener. What it throws is its own affair: it is reported as any uncaught error. */
export const tell = (listener: () => void): void => {
  try {
    listener()
  } catch (thrown) {
    queueMicrotask(() => {
      throw thrown
    })
  }
}
