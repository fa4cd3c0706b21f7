/**
 * Rows of the chosen jobs, as the condition of a WHERE; parameter $1 is the list of job ids, empty for
 * all jobs. PostgreSQL plans with the list in hand, so only the chosen jobs' partitions are read.
 */
export const ofChosenJobs = "($1::uuid[] = '{}' OR etl_job_id = ANY($1))";
