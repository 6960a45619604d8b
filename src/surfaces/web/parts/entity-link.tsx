import { Anchor } from '@mantine/core';
import { Link } from 'wouter';

import { useParameters } from '../data/url-state.ts';
import { Name } from './name.tsx';

/** The name of a task or a node, leading to its own page with the time that is shown. */
function EntityLink({ page, id, none }: { page: string; id: string | undefined; none?: string }) {
  const [parameters] = useParameters();
  if (id === undefined) return none === undefined ? <Name of={undefined} /> : <span>{none}</span>;
  const since = parameters.get('since');
  const search = since === null ? '' : `?since=${encodeURIComponent(since)}`;
  return (
    <Anchor component={Link} href={`${page}/${encodeURIComponent(id)}${search}`} fz="inherit">
      <Name of={id} />
    </Anchor>
  );
}

/** A task, leading to its page. */
export function TaskLink({ id, none }: { id: string | undefined; none?: string }) {
  return <EntityLink page="/tasks" id={id} {...(none === undefined ? {} : { none })} />;
}

/** A node, leading to its page. */
export function NodeLink({ id, none }: { id: string | undefined; none?: string }) {
  return <EntityLink page="/nodes" id={id} {...(none === undefined ? {} : { none })} />;
}
