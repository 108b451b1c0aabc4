/** `@barycenter/kzg/pool-worker`: the module that the workers of a pool run. It exports nothing. */
import { serveJobs } from './pool-jobs.ts';
import { portToCreator } from './worker-port.ts';

serveJobs(portToCreator());
