/** `@barycenter/erasure/pool-worker`: the module that the workers of a pool run. */
import { serveJobs } from './pool-jobs.ts';
import { portToCreator } from './worker-port.ts';

const port = portToCreator();
if (port !== undefined) serveJobs(port);

/** Whether this is a worker, whose creator is now answered; elsewhere importing does nothing. */
export const isServing: boolean = port !== undefined;
