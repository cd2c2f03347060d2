// 'espalier/counts': counts of parts of some data, that add up to those of all. Trees and mutual information come from them as from the rows.
export { type CountOptions, countData } from './counts/count.js';
export { loadCounts, saveCounts } from './counts/file.js';
export { type MergeOptions, mergeCounts } from './counts/merge.js';
export { loadSurvey, saveSurvey } from './counts/survey/file.js';
export { mergeSurveys } from './counts/survey/merge.js';
export type { Survey, SurveyedPart } from './counts/survey/survey.js';
export { type SurveyOptions, surveyData, surveyTexts } from './counts/survey/survey-data.js';
export type { CountedPart, Counts } from './structure/counts/counts.js';
