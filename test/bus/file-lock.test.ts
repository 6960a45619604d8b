import { existsSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileLock, STALE_LOCK_MILLIS } from '../../src/bus/file-lock.ts';
import { SystemClock } from '../../src/model/clock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const random = (): number => 0.5;

function lockAt(path: string, timeoutMillis = 5000): FileLock {
  return new FileLock(path, { clock: new SystemClock(), random, timeoutMillis });
}

/** Leaves a lock file as a process would that died so long ago. */
function abandonLock(path: string, ageMillis: number): void {
  writeFileSync(path, JSON.stringify({ token: 'gone', node_id: 'Node-Dead' }));
  const seconds = (Date.now() - ageMillis) / 1000;
  utimesSync(path, seconds, seconds);
}

describe('FileLock', () => {
  it('lets one in at a time', async () => {
    const path = join(temporaryFolder(), 'lock');
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 12 }, async () => {
        const lock = await lockAt(path).acquire(undefined);
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((resolve) => setTimeout(resolve, 2));
        inside -= 1;
        lock.release();
      }),
    );
    expect(most).toBe(1);
    expect(existsSync(path)).toBe(false);
  });

  it('tells how long it waited and for whom', async () => {
    const path = join(temporaryFolder(), 'lock');
    const first = await lockAt(path).acquire('Node-A');
    const waiting = lockAt(path).acquire('Node-B');
    await new Promise((resolve) => setTimeout(resolve, 30));
    first.release();
    const second = await waiting;
    expect(second.waitedForNodeId).toBe('Node-A');
    expect(second.waitMillis).toBeGreaterThanOrEqual(25);
    expect(second.tookStale).toBe(false);
    expect(first.waitMillis).toBeLessThan(second.waitMillis);
    second.release();
  });

  it('takes a lock that is older than the limit, and says so', async () => {
    const path = join(temporaryFolder(), 'lock');
    abandonLock(path, STALE_LOCK_MILLIS + 500);
    const lock = await lockAt(path).acquire('Node-A');
    expect(lock.tookStale).toBe(true);
    expect(lock.waitedForNodeId).toBe('Node-Dead');
    lock.release();
  });

  it('gives an abandoned lock to one of many waiters at a time', async () => {
    const path = join(temporaryFolder(), 'lock');
    abandonLock(path, STALE_LOCK_MILLIS + 500);
    let inside = 0;
    let most = 0;
    const taken = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const lock = await lockAt(path).acquire(undefined);
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((resolve) => setTimeout(resolve, 2));
        inside -= 1;
        lock.release();
        return lock.tookStale;
      }),
    );
    expect(most).toBe(1);
    expect(taken.filter(Boolean)).toHaveLength(1);
  });

  it('leaves a lock alone that is not old enough', async () => {
    const path = join(temporaryFolder(), 'lock');
    abandonLock(path, STALE_LOCK_MILLIS - 5000);
    await expect(lockAt(path, 50).acquire('Node-A')).rejects.toMatchObject({ code: 'STORE_BUSY' });
    expect(existsSync(path)).toBe(true);
  });

  it('gets past a removal that was cut short', async () => {
    const path = join(temporaryFolder(), 'lock');
    abandonLock(path, STALE_LOCK_MILLIS + 500);
    abandonLock(`${path}.removal`, STALE_LOCK_MILLIS + 500);
    const lock = await lockAt(path).acquire('Node-A');
    expect(lock.tookStale).toBe(true);
    lock.release();
  });

  it('tells a holder that its lock was taken away, and does not release that of another', async () => {
    const path = join(temporaryFolder(), 'lock');
    const slow = await lockAt(path).acquire('Node-Slow');
    const seconds = (Date.now() - STALE_LOCK_MILLIS - 500) / 1000;
    utimesSync(path, seconds, seconds);
    const next = await lockAt(path).acquire('Node-Next');
    expect(slow.isStillHeld()).toBe(false);
    slow.release();
    expect(next.isStillHeld()).toBe(true);
    next.release();
  });

  it('says what to do where no lock can be made', async () => {
    const path = join(temporaryFolder(), 'missing', 'lock');
    await expect(lockAt(path).acquire(undefined)).rejects.toMatchObject({ code: 'STORE_READ_ONLY' });
  });
});
