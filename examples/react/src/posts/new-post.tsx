import { useActionState } from 'react'
import { useClient } from 'twinfetch/react'
import { ErrorMessage } from '../page/error-message'
import type { Post } from './use-posts'

interface Refusal {
  readonly title: string
  readonly message: string
}

/** A form for a post; keeps what was typed when the backend refuses it. */
export const NewPost = ({ onCreated }: { readonly onCreated: () => void }) => {
  const api = useClient()
  const [refused, action, pending] = useActionState(
    async (_previous: Refusal | undefined, form: FormData) => {
      const title = String(form.get('title'))
      const { error } = await api.post<Post>('/api/posts', { title })
      if (error) return { title, message: error.message }
      onCreated()
      return undefined
    },
    undefined,
  )
  return (
    <form action={action} className="card stack">
      <label htmlFor="title">New post</label>
      <div className="row">
        <input data-testid="new-post-title" defaultValue={refused?.title} id="title" name="title" />
        <button data-testid="new-post-submit" disabled={pending} type="submit">
          {pending ? 'Posting…' : 'Post'}
        </button>
      </div>
      {refused && <ErrorMessage message={refused.message} />}
    </form>
  )
}
