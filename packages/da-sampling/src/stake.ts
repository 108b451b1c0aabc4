/** Stake distributions to reports: `@barycenter/da-sampling/stake` and the command on top of it. */
export { type CommandResult, runStakeCommand } from './stake-command.ts';
export { parseStakeCsv, type StakeEntry } from './stake-csv.ts';
export {
  describeStake,
  type ReportOptions,
  reportStake,
  type StakeReport,
} from './stake-report.ts';
