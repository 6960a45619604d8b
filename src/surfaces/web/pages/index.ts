import { type ComponentType, lazy } from 'react';

/** A page of the dashboard. Its script is loaded when it is first opened. */
export type Page = {
  readonly path: string;
  readonly title: string;
  readonly component: ComponentType;
};

/** Every page, in the order of the navigation. A new one is one file beside this one and one line here. */
export const PAGES: readonly Page[] = [
  {
    path: '/',
    title: 'Overview',
    component: lazy(async () => ({ default: (await import('./overview.tsx')).OverviewPage })),
  },
  {
    path: '/tasks',
    title: 'Tasks',
    component: lazy(async () => ({ default: (await import('./tasks.tsx')).TasksPage })),
  },
  {
    path: '/clock',
    title: 'Cluster clock',
    component: lazy(async () => ({ default: (await import('./clock.tsx')).ClockPage })),
  },
  {
    path: '/nodes',
    title: 'Nodes',
    component: lazy(async () => ({ default: (await import('./nodes.tsx')).NodesPage })),
  },
  {
    path: '/cost',
    title: 'Cost',
    component: lazy(async () => ({ default: (await import('./cost.tsx')).CostPage })),
  },
  {
    path: '/quality',
    title: 'Quality',
    component: lazy(async () => ({ default: (await import('./quality.tsx')).QualityPage })),
  },
  {
    path: '/insights',
    title: 'Insights',
    component: lazy(async () => ({ default: (await import('./insights.tsx')).InsightsPage })),
  },
  {
    path: '/alerts',
    title: 'Alerts',
    component: lazy(async () => ({ default: (await import('./alerts.tsx')).AlertsPage })),
  },
  {
    path: '/explore',
    title: 'Explore',
    component: lazy(async () => ({ default: (await import('./explore.tsx')).ExplorePage })),
  },
  {
    path: '/health',
    title: 'Sources and health',
    component: lazy(async () => ({ default: (await import('./health.tsx')).HealthPage })),
  },
];
