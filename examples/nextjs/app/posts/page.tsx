import type { Metadata } from 'next'
import { Posts } from '@/app/posts/posts'

export const metadata: Metadata = { title: 'Posts' }

export default function PostsPage() {
  return (
    <>
      <h1>Posts</h1>
      <Posts />
    </>
  )
}
