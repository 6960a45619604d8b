import { QueryClient } from '@tanstack/react-query';

/** What was asked is shown while it is asked again, so that nothing flickers. Whoever changed something says what is old. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      gcTime: 300_000,
      retry: 1,
      refetchOnWindowFocus: false,
    },
  },
});
