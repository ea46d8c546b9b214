import { useSession } from 'twinfetch/react'
import { ErrorMessage } from '../page/error-message'
import { SignedOut } from '../page/signed-out'
import type { System } from '../systems'
import { Export } from './export'
import { NewPost } from './new-post'
import { Upload } from './upload'
import { usePosts } from './use-posts'

/** The posts for whoever is, or may still be, signed in. */
export const PostsPage = ({ system }: { readonly system: System }) => {
  const { status } = useSession()
  return (
    <>
      <h1>Posts</h1>
      {status === 'loading' && <p>Loading…</p>}
      {status === 'anonymous' && <SignedOut system={system} />}
      {(status === 'authenticated' || status === 'unknown') && <Board />}
    </>
  )
}

const Board = () => {
  const { posts, error, load } = usePosts()
  return (
    <div className="stack">
      <NewPost onCreated={() => void load()} />
      <Export />
      <Upload />
      {error && <ErrorMessage message={error.message} retry={() => void load()} />}
      {posts?.length === 0 && <p>No posts yet. Write the first one.</p>}
      {!posts && !error && <p>Loading…</p>}
      <ul className="posts">
        {posts?.map(({ id, title, body, author }) => (
          <li className="card" data-testid="post" key={id}>
            <h2 data-testid="post-title">{title}</h2>
            {body && <p>{body}</p>}
            <small>{author}</small>
          </li>
        ))}
      </ul>
    </div>
  )
}
