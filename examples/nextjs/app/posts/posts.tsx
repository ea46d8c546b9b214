'use client'

import { useSession } from 'twinfetch/react'
import { ErrorMessage } from '@/app/error-message'
import { ExportButton } from '@/app/posts/export-button'
import { NewPost } from '@/app/posts/new-post'
import { Upload } from '@/app/posts/upload'
import { usePosts } from '@/app/posts/use-posts'
import { SignedOut } from '@/app/signed-out'

const Board = () => {
  const { posts, error, load } = usePosts()
  return (
    <>
      <NewPost onCreated={() => void load()} />
      <ExportButton />
      <Upload />
      {error && <ErrorMessage message={error.message} retry={() => void load()} />}
      {posts?.length === 0 && <p>No posts yet. Write the first one.</p>}
      {!posts && !error && <p>Loading…</p>}
      <ul className="posts">
        {posts?.map((post) => (
          <li className="card" data-testid="post" key={post.id}>
            <h2 data-testid="post-title">{post.title}</h2>
            {post.body && <p>{post.body}</p>}
            <small>{post.author}</small>
          </li>
        ))}
      </ul>
    </>
  )
}

/** The posts for whoever is, or may still be, signed in. */
export const Posts = () => {
  const { status } = useSession()
  if (status === 'loading') return <p>Loading…</p>
  return status === 'anonymous' ? <SignedOut /> : <Board />
}
