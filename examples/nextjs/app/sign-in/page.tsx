import type { Metadata } from 'next'
import { SignInForm } from '@/app/sign-in/sign-in-form'

export const metadata: Metadata = { title: 'Sign in' }

export default function SignInPage() {
  return (
    <>
      <h1>Sign in</h1>
      <p className="lead">
        The reference backend knows <code>ada</code> with <code>lovelace-1843</code> and <code>grace</code>{' '}
        with <code>hopper-1906</code>.
      </p>
      <SignInForm />
    </>
  )
}
