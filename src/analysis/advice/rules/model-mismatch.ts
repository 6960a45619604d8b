import { type AdviceRule, partOf } from '../advice.ts';

/** Some tasks will have to be done again by the dear model. */
const SAVED = 0.8;

/** A dear model where a cheaper one does as well: change the model of the role. */
export const modelMismatchAdvice: AdviceRule = {
  kind: 'model_mismatch',
  actions: ['change_model'],
  advise({ impact: { usdPerDay }, facts }) {
    const { role, model, cheaper_model: cheaper } = facts;
    return {
      action: 'change_model',
      params: {
        ...(role === undefined ? {} : { role }),
        from: model ?? '',
        to: cheaper ?? '',
      },
      priority: 'medium',
      sentence: 'Let nodes of this role use the cheaper model, some of them first.',
      saving: usdPerDay === undefined ? {} : { usdPerDay: partOf(usdPerDay, SAVED) },
      conditions: [
        'Both models got tasks of the same difficulty: nobody drew lots.',
        'What outcomes do not show, such as style, matters less than the price.',
      ],
      verification: { measure: 'task_cost_usd', better: 'lower' },
    };
  },
};
