import { useState } from 'react'
import { usePermissions } from 'twinfetch/react'
import { Members } from './members'

const asked = ['account.role.read', 'account.user.read', 'account.user.delete', 'system.log.read'] as const

/** What the user may do, by the codes that the backend lists. */
export const Permissions = () => {
  const can = usePermissions()
  const [code, setCode] = useState('account.role.delete')
  return (
    <section aria-labelledby="permissions" className="card stack">
      <h2 id="permissions">Permissions</h2>
      <ul className="codes">
        {asked.map((code) => (
          <Permission allowed={can(code)} code={code} key={code} />
        ))}
      </ul>
      <label htmlFor="code">Another code</label>
      <input
        autoCapitalize="none"
        data-testid="permission-code"
        id="code"
        spellCheck={false}
        value={code}
        onChange={({ target }) => setCode(target.value)}
      />
      <p data-allowed={can(code)} data-testid="permission-answer" role="status">
        {can(code) ? 'You may.' : 'You may not.'}
      </p>
      <Members allowed={can('account.user.read')} />
    </section>
  )
}

const Permission = ({ allowed, code }: { readonly allowed: boolean; readonly code: string }) => (
  <li data-allowed={allowed} data-code={code} data-testid="permission">
    <code>{code}</code> {allowed ? 'yes' : 'no'}
  </li>
)
