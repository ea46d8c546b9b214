'use client'

import { useEffect, useState } from 'react'
import { useClient } from 'twinfetch/react'

const CALLS = 20

interface Person {
  readonly username: string
}

interface Answer {
  readonly call: number
  readonly text: string
}

/** Sends its calls without waiting for the session first, and lists their answers. */
export const Burst = () => {
  const api = useClient()
  const [answers, setAnswers] = useState<readonly Answer[]>([])

  useEffect(() => {
    const leaving = new AbortController()
    const send = async (call: number) => {
      const { data, error } = await api.get<Person>('/api/me', { signal: leaving.signal })
      if (leaving.signal.aborted) return
      setAnswers((before) => [...before, { call, text: error ? error.message : data.username }])
    }
    setAnswers([])
    for (let sent = 0; sent < CALLS; sent += 1) void send(sent)
    return () => leaving.abort()
  }, [api])

  return (
    <>
      <p role="status">
        <span data-testid="burst-count">{answers.length}</span> of {CALLS} answered.
      </p>
      <ol className="answers">
        {answers.map(({ call, text }) => (
          <li data-testid="burst-answer" key={call}>
            {text}
          </li>
        ))}
      </ol>
    </>
  )
}
