-- a copy of the database never talks to a live shop
DELETE FROM marketplace_credential;
UPDATE marketplace_config
   SET state = 'draft',
       client_id = NULL,
       base_url = 'https://neutralized.invalid',
       setup_user_id = NULL,
       setup_listing = FALSE,
       setup_last_id = 0,
       setup_preview = NULL;
-- nor is it watched in the place of the original
DELETE FROM ir_config_parameter WHERE key = 'marketplace_sync.metrics_token';
