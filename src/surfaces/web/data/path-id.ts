import { usePathname } from 'wouter/use-browser-location';

/** What stands after a page's own path, such as the id of a task: exactly as whoever linked to it wrote it. */
export function usePathId(page: string): string | undefined {
  const pathname = usePathname();
  if (!pathname.startsWith(`${page}/`)) return undefined;
  const written = pathname.slice(page.length + 1);
  try {
    return decodeURIComponent(written) || undefined;
  } catch {
    return written;
  }
}
