/** What EventBridge calls Plumbline's own events. */
export const eventSource = 'plumbline';
export const eventType = 'plumbline.reconciliation';
