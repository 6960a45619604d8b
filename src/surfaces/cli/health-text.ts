/** What of a cluster its health is told by. */
type HealthFacts = {
  /** The gravest first. */
  readonly incidents: readonly { readonly cause: { readonly kind: string } }[];
  readonly nodes: readonly { readonly status?: string | undefined }[];
};

/** One sentence: what one would say when asked how the cluster is. The same on every surface. */
export function healthText({ incidents, nodes }: HealthFacts): string {
  const alive = nodes.filter(({ status }) => status !== 'terminated' && status !== 'silent').length;
  const [first, ...others] = incidents;
  const kind = first?.cause.kind.replaceAll('_', ' ');
  const found =
    kind === undefined
      ? 'Nothing needs attention'
      : others.length === 0
        ? `One thing needs attention: ${kind}`
        : `${others.length + 1} things need attention, first of all ${kind}`;
  const there = alive === 0 ? 'no node is there now' : `${alive} ${alive === 1 ? 'node is' : 'nodes are'} there now`;
  return `${found}; ${there}.`;
}
