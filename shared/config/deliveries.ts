/** How often a message is handed over before its queue's redrive buries it: the queues are made with it, and a consumer may ask for the last time. */
export const mostDeliveries = 5;
