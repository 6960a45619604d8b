import {
  ActionIcon,
  Anchor,
  AppShell,
  Burger,
  Group,
  NavLink,
  Select,
  Skeleton,
  Title,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Suspense, useEffect } from 'react';
import { Link, Route, Switch, useLocation, useSearchParams } from 'wouter';

import { useLive } from './data/live.ts';
import { useUnreadable } from './data/unreadable.ts';
import { SPANS, useSince } from './data/url-state.ts';
import { PAGES } from './pages/index.ts';
import { EmptyState } from './parts/states.tsx';
import { UnreadableNotice } from './parts/unreadable-notice.tsx';

/** The frame around all pages: where one is, what time it is about, and how to get elsewhere. */
export function Dashboard() {
  const [isOpen, { toggle, close }] = useDisclosure(false);
  const [location] = useLocation();
  const [parameters] = useSearchParams();
  const current =
    PAGES.find(({ path }) => path === location) ??
    PAGES.find(({ path }) => path !== '/' && location.startsWith(`${path}/`));
  useLive();
  useEffect(() => {
    document.title = current === undefined ? 'Amicus Metrics' : `${current.title} · Amicus Metrics`;
    close();
  }, [close, current]);
  const kept = parameters.get('since');
  const search = kept === null ? '' : `?since=${encodeURIComponent(kept)}`;
  return (
    <>
      <Anchor href="#page" className="skip-link">
        To the page
      </Anchor>
      <AppShell
        header={{ height: 56 }}
        navbar={{ width: 208, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
        padding="md"
      >
        <AppShell.Header>
          <Group h="100%" px="md" justify="space-between" wrap="nowrap">
            <Group gap="sm" wrap="nowrap" miw={0}>
              <Burger opened={isOpen} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Pages" />
              <Title order={1} size="h4" className="page-title">
                {current?.title ?? 'Amicus Metrics'}
              </Title>
            </Group>
            <Group gap="xs" wrap="nowrap">
              <SpanPicker />
              <ColourScheme />
            </Group>
          </Group>
        </AppShell.Header>
        <AppShell.Navbar p="xs" aria-label="Pages">
          {PAGES.map(({ path, title }) => (
            <NavLink
              key={path}
              component={Link}
              href={`${path}${search}`}
              label={title}
              active={path === current?.path}
              {...(path === current?.path ? { 'aria-current': 'page' } : {})}
            />
          ))}
        </AppShell.Navbar>
        <AppShell.Main id="page" tabIndex={-1}>
          <UnreadableShown />
          <Suspense fallback={<Skeleton h={240} role="status" aria-label="Loading" />}>
            <Switch>
              {PAGES.map(({ path, component: Component }) => (
                <Route key={path} path={path === '/' ? '/' : `${path}/*?`}>
                  <Component />
                </Route>
              ))}
              <Route>
                <EmptyState title="There is no such page.">Pick one on the left.</EmptyState>
              </Route>
            </Switch>
          </Suspense>
        </AppShell.Main>
      </AppShell>
    </>
  );
}

function UnreadableShown() {
  return <UnreadableNotice metrics={useUnreadable()} />;
}

function SpanPicker() {
  const [since, setSince] = useSince();
  const isListed = SPANS.some(({ value }) => value === since);
  return (
    <Select
      aria-label="Time that is shown"
      size="xs"
      w={120}
      allowDeselect={false}
      data={[...SPANS, ...(isListed ? [] : [{ value: since, label: since }])]}
      value={since}
      onChange={(value) => {
        if (value !== null) setSince(value);
      }}
    />
  );
}

function ColourScheme() {
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme('light') === 'dark';
  return (
    <ActionIcon
      variant="default"
      size="lg"
      aria-label={isDark ? 'Light colours' : 'Dark colours'}
      onClick={() => setColorScheme(isDark ? 'light' : 'dark')}
    >
      <svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true">
        {isDark ? (
          <circle cx="10" cy="10" r="5" fill="currentColor" />
        ) : (
          <path d="M16 12.5A7 7 0 0 1 7.5 4a7 7 0 1 0 8.5 8.5Z" fill="currentColor" />
        )}
      </svg>
    </ActionIcon>
  );
}
