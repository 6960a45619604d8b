import { storeContract } from '../contracts/store-contract.ts';
import { openBench } from '../support/sqlite-stores.ts';

storeContract('SqliteStore', () => openBench());
