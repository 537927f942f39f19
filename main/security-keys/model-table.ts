/**
 * What is publicly known of FIDO2 security keys: by AAGUID, and by USB vendor and product id. Facts only; models.ts reads them.
 *
 * Collected 2026-11-22 from Yubico's metadata (developers.yubico.com, static/FIDO/yubico-metadata.json, version 21), two public
 * copies of the FIDO metadata blob (nicolonsky/AAGuids, 2026-05-01; framefilter/keyroost, 2026-08-18), a restatement of Yubico's
 * list of AAGUIDs (JMarkstrom/aaguids, 2025-11-08), yubikey-manager's product ids, libfido2's udev/fidodevs, and other vendors'
 * sources. Yubico's own file is followed where they differ.
 *
 * An AAGUID names a series and a profile, not a housing: USB-A, USB-C and Nano share one. It proves nothing without an
 * attestation whose chain holds, and open firmware can present any vendor and product id.
 */

/**
 * aaguid | vendor | name | family | transports | firmware from | firmware below | marks
 *
 * The firmware bounds are of this AAGUID's series: from the first version listed, below the minor version after the last; `-` where
 * nothing is known. Lists end at 5.7, so a series of 5.7 or later has no upper bound.
 */
export const MODEL_TABLE = `
02a65471-e992-412b-904f-b34d4f11ed7e | Yubico | Security Key NFC by Yubico | security-key | usb nfc | - | - | -
03012cb7-4fb2-42e7-9e8d-a81f10e2a5e9 | Yubico | YubiKey 5 Series with Lightning (Consumer Profile) | yubikey-5 | usb lightning | 5.8.0 | - | usb-ccid
0a357157-9b18-4c8a-920e-d156e972b2f8 | Yubico | YubiKey 5 Series (Consumer Profile) | yubikey-5 | usb | 5.8.0 | - | usb-ccid
0bb43545-fd2c-4185-87dd-feb0b2916ace | Yubico | Security Key NFC by Yubico - Enterprise Edition | security-key | usb nfc | 5.4 | 5.5 | enterprise-edition
0e2dc7b2-4e62-4f8c-a216-4c52c7b99c11 | Yubico | YubiKey Bio - Multi-protocol Edition | yubikey-bio | usb | - | - | bio
0ebd9f2c-f685-441c-8c3e-a02a234a840a | Yubico | YubiKey 5 Series with NFC Enhanced PIN (Consumer Profile) | yubikey-5 | usb nfc | 5.8.0 | - | enhanced-pin
149a2021-8ef6-4133-96b8-81f8d5b7f1f5 | Yubico | Security Key NFC by Yubico | security-key | usb nfc | 5.2 | 5.5 | -
19083c3d-8383-4b18-bc03-8f1c9ab2fd1b | Yubico | YubiKey 5 Series | yubikey-5 | usb | 5.7.1 | - | -
1ac71f64-468d-4fe0-bef1-0e5f2f551f18 | Yubico | YubiKey 5/5C NFC (enterprise profile) | yubikey-5 | usb nfc | 5.7.1 | - | enterprise-profile
20ac7a17-c814-4833-93fe-539f0d5e3389 | Yubico | YubiKey 5 Series (enterprise profile) | yubikey-5 | usb | 5.7.1 | - | enterprise-profile
238765ef-0ca8-4e21-a9a5-2ce2b18a06c5 | Yubico | YubiKey Bio - FIDO Edition | yubikey-bio | usb | - | - | bio
24673149-6c86-42e7-98d9-433fb5b73296 | Yubico | YubiKey 5Ci | yubikey-5 | usb lightning | 5.7.4 | - | -
2772ce93-eb4b-4090-8b73-330f48477d73 | Yubico | Security Key NFC by Yubico - Enterprise Edition Preview | security-key | usb nfc | 5.7.0 | - | enterprise-edition pre-production
2fc0579f-8113-47ea-b116-bb5a8db9202a | Yubico | YubiKey 5/5C NFC | yubikey-5 | usb nfc | 5.2 | 5.5 | -
3124e301-f14e-4e38-876d-fbeeb090e7bf | Yubico | YubiKey 5 Series with Lightning Preview | yubikey-5 | usb lightning | 5.7.0 | - | pre-production
34744913-4f57-4e6e-a527-e9ec3c4b94e6 | Yubico | YubiKey Bio - Multi-protocol Edition | yubikey-bio | usb | 5.7.4 | - | bio
34f5766d-1536-4a24-9033-0e294e510fb0 | Yubico | YubiKey 5 Series with NFC Preview | yubikey-5 | usb nfc | 5.7.0 | - | pre-production
3a662962-c6d4-4023-bebb-98ae92e78e20 | Yubico | YubiKey 5Ci FIPS (enterprise profile) | yubikey-5 | usb lightning | 5.7.4 | - | fips enterprise-profile
3aa78eb1-ddd8-46a8-a821-8f8ec57a7bd5 | Yubico | YubiKey 5 CCN Series with NFC | yubikey-5 | usb nfc | 5.7.4 | - | -
3b24bf49-1d45-4484-a917-13175df0867b | Yubico | YubiKey 5Ci (enterprise profile) | yubikey-5 | usb lightning | 5.7.4 | - | enterprise-profile
3ec9c8d3-a5a7-415b-a7b5-f1d606368d3f | Yubico | YubiKey 5 CCN Series with NFC (Enterprise Profile) | yubikey-5 | usb nfc | 5.8.0 | - | enterprise-profile usb-ccid
3f0012ac-87e4-4af9-aef1-b88122934c67 | Yubico | YubiKey 5/5C NFC (enterprise profile) | yubikey-5 | usb nfc | - | - | enterprise-profile
3f6eb4f7-b13e-4503-afa6-f442b3f881ba | Yubico | YubiKey 5Ci FIPS (enterprise profile) | yubikey-5 | usb lightning | - | - | fips enterprise-profile
41e39911-c669-4811-b860-c6ad0b411b96 | Yubico | YubiKey 5 Series with NFC (Enterprise Profile) | yubikey-5 | usb nfc | 5.8.0 | - | enterprise-profile usb-ccid
4599062e-6926-4fe7-9566-9e8fb1aedaa0 | Yubico | YubiKey 5 Series (enterprise profile) | yubikey-5 | usb | 5.7.4 | - | enterprise-profile
47ab2fb4-66ac-4184-9ae1-86be814012d5 | Yubico | Security Key NFC by Yubico - Enterprise Edition | security-key | usb nfc | 5.7.1 | - | enterprise-edition
4b3795a9-b4fd-4ba9-a71c-cf5f74a14714 | Yubico | YubiKey 5 Series (enterprise profile) | yubikey-5 | usb | - | - | enterprise-profile
4ebb5752-2033-4f15-ac3c-a44bee827726 | Yubico | YubiKey 5Ci FIPS | yubikey-5 | usb lightning | - | - | fips
4fc84f16-2545-4e53-b8fc-7bf4d7282a10 | Yubico | YubiKey 5 CCN Series with NFC (Enterprise Profile) | yubikey-5 | usb nfc | 5.7.4 | - | enterprise-profile
524de2de-982f-49b4-a769-2b5e3b73ad79 | Yubico | YubiKey 5 Series (Enterprise Profile) | yubikey-5 | usb | 5.8.0 | - | enterprise-profile usb-ccid
57f7de54-c807-4eab-b1c6-1c9be7984e92 | Yubico | YubiKey 5 FIPS series | yubikey-5 | usb | 5.7.4 | - | fips
58276709-bb4b-4bb3-baf1-60eea99282a7 | Yubico | YubiKey Bio Series - Multi-protocol Edition 1VDJSN | yubikey-bio | usb | 5.7.4 | - | bio
5b0e46ba-db02-44ac-b979-ca9b84f5e335 | Yubico | YubiKey 5 FIPS Series with Lightning Preview | yubikey-5 | usb lightning | 5.7.0 | - | fips pre-production
62e54e98-c209-4df3-b692-de71bb6a8528 | Yubico | YubiKey 5 FIPS Series with NFC Preview | yubikey-5 | usb nfc | 5.7.0 | - | fips pre-production
662ef48a-95e2-4aaa-a6c1-5b9c40375824 | Yubico | YubiKey 5/5C NFC - Enhanced PIN | yubikey-5 | usb nfc | 5.7.4 | - | enhanced-pin
68167692-ff5a-4ac8-9fd7-0be292a1af68 | Yubico | YubiKey Bio - Multi-protocol Edition (enterprise profile) | yubikey-bio | usb | - | - | bio enterprise-profile
68cda17d-a151-4fe5-bf94-6148c3312c70 | Yubico | Security Key NFC by Yubico - Enterprise Edition | security-key | usb nfc | - | - | enterprise-edition
6ab56fad-881f-4a43-acb2-0be065924522 | Yubico | YubiKey 5/5C NFC (enterprise profile) | yubikey-5 | usb nfc | 5.7.4 | - | enterprise-profile
6d44ba9b-f6ec-2e49-b930-0c8fe920cb73 | Yubico | Security Key NFC by Yubico | security-key | usb nfc | 5.1 | 5.2 | -
6ec5cff2-a0f9-4169-945b-f33b563f7b99 | Yubico | YubiKey Bio - Multi-protocol Edition (enterprise profile) | yubikey-bio | usb | 5.7.4 | - | bio enterprise-profile
72c6b72d-8512-4c66-8359-9d3d10d9222f | Yubico | Security Key NFC by Yubico - Enterprise Edition (enterprise profile) | security-key | usb nfc | 5.7.4 | - | enterprise-profile enterprise-edition
73bb0cd4-e502-49b8-9c6f-b59445bf720b | Yubico | YubiKey 5 FIPS series | yubikey-5 | usb | 5.4 | 5.5 | fips
7409272d-1ff9-4e10-9fc9-ac0019c124fd | Yubico | YubiKey Bio - FIDO Edition | yubikey-bio | usb | 5.7.4 | - | bio
74bedb80-3cfb-4021-9fcb-b58ddabab455 | Yubico | YubiKey 5/5C NFC | yubikey-5 | usb nfc | - | - | -
760eda36-00aa-4d29-855b-4012a182cdeb | Yubico | Security Key NFC by Yubico Preview | security-key | usb nfc | 5.7.0 | - | pre-production
79f3c8ba-9e35-484b-8f47-53a5a0f5c630 | Yubico | YubiKey 5/5C NFC FIPS (enterprise profile) | yubikey-5 | usb nfc | 5.7.4 | - | fips enterprise-profile
7b96457d-e3cd-432b-9ceb-c9fdd7ef7432 | Yubico | YubiKey 5Ci FIPS | yubikey-5 | usb lightning | 5.7.4 | - | fips
7d1351a6-e097-4852-b8bf-c9ac5c9ce4a3 | Yubico | YubiKey Bio - Multi-protocol Edition | yubikey-bio | usb | 5.6 | 5.7 | bio
7dab85a5-d16d-4eaf-a7ef-4c1385b151c5 | Yubico | YubiKey 5 Series with NFC (Consumer Profile) KVZR57-2 | yubikey-5 | usb nfc | 5.8.0 | - | usb-ccid
801c792c-4ce7-42af-8134-a6134e3b1e58 | Yubico | YubiKey 5/5C NFC FIPS (enterprise profile) | yubikey-5 | usb nfc | - | - | fips enterprise-profile
8202caa9-7e50-498f-86e0-bb89ac8f082e | Yubico | YubiKey 5 FIPS series (enterprise profile) | yubikey-5 | usb | - | - | fips enterprise-profile
83c47309-aabb-4108-8470-8be838b573cb | Yubico | YubiKey Bio - FIDO Edition (enterprise profile) | yubikey-bio | usb | 5.5 | 5.7 | bio enterprise-profile
85203421-48f9-4355-9bc8-8a53846e5083 | Yubico | YubiKey 5Ci FIPS | yubikey-5 | usb lightning | 5.4 | 5.5 | fips
86f61bae-c4b5-4d89-8acf-5e181cb24143 | Yubico | YubiKey 5/5C NFC FIPS (enterprise profile) | yubikey-5 | usb nfc | - | - | fips enterprise-profile
8c39ee86-7f9a-4a95-9ba3-f6b097e5c2ee | Yubico | YubiKey Bio - FIDO Edition (enterprise profile) | yubikey-bio | usb | 5.7.2 | - | bio enterprise-profile
905b4cb4-ed6f-4da9-92fc-45e0d4e9b5c7 | Yubico | YubiKey 5 FIPS series (enterprise profile) | yubikey-5 | usb | 5.7.4 | - | fips enterprise-profile
90636e1f-ef82-43bf-bdcf-5255f139d12f | Yubico | YubiKey Bio - Multi-protocol Edition | yubikey-bio | usb | 5.7.2 | - | bio
93803136-ce95-45b8-841d-41d6ed9e8990 | Yubico | YubiKey 5Ci (enterprise profile) | yubikey-5 | usb lightning | - | - | enterprise-profile
97e6a830-c952-4740-95fc-7c78dc97ce47 | Yubico | YubiKey Bio - Multi-protocol Edition (enterprise profile) | yubikey-bio | usb | 5.7.2 | - | bio enterprise-profile
9806a2c8-c0da-478e-b4ca-620005d34182 | Yubico | YubiKey Bio Multi-protocol Edition (Consumer Profile) 1VDJSN-2 | yubikey-bio | usb | 5.8.0 | - | bio usb-ccid
9a3f2abd-a73d-439c-9ee7-1b53a857eaa7 | Yubico | YubiKey 5 Series with NFC Enhanced PIN (Enterprise Profile) | yubikey-5 | usb nfc | 5.8.0 | - | enterprise-profile enhanced-pin
9dd8d593-2213-438a-97f8-d6b813d51c27 | Yubico | YubiKey Bio Fido Edition (Consumer Profile) | yubikey-bio | usb | 5.8.0 | - | bio usb-ccid
9e66c661-e428-452a-a8fb-51f7ed088acf | Yubico | YubiKey 5Ci FIPS | yubikey-5 | usb lightning | 5.7.4 | - | fips pre-production
9eb7eabc-9db5-49a1-b6c3-555a802093f4 | Yubico | YubiKey 5 Series with NFC KVZR57 | yubikey-5 | usb nfc | 5.7.4 | - | -
9ff4cc65-6154-4fff-ba09-9e2af7882ad2 | Yubico | Security Key NFC by Yubico - Enterprise Edition (enterprise profile) | security-key | usb nfc | 5.7.1 | - | enterprise-profile enterprise-edition
a02167b9-ae71-4ac7-9a07-06432ebb6f1c | Yubico | YubiKey 5Ci | yubikey-5 | usb lightning | 5.7.1 | - | -
a25342c0-3cdc-4414-8e46-f4807fca511c | Yubico | YubiKey 5/5C NFC | yubikey-5 | usb nfc | 5.7.1 | - | -
a4e9fc6d-4cbe-4758-b8ba-37598bb5bbaa | Yubico | Security Key NFC by Yubico | security-key | usb nfc | 5.4 | 5.5 | -
ad08c78a-4e41-49b9-86a2-ac15b06899e2 | Yubico | YubiKey Bio - FIDO Edition (enterprise profile) | yubikey-bio | usb | 5.7.4 | - | bio enterprise-profile
add92433-0d69-4026-8166-29b25bce64e9 | Yubico | YubiKey Bio Fido Edition (Enterprise Profile) | yubikey-bio | usb | 5.8.0 | - | bio enterprise-profile usb-ccid
b252a5d7-8b63-4f4a-a9da-02e649d3caaf | Yubico | YubiKey 5 Series | yubikey-5 | usb | - | - | -
b2c1a50b-dad8-4dc7-ba4d-0ce9597904bc | Yubico | YubiKey 5/5C NFC - Enhanced PIN (enterprise profile) | yubikey-5 | usb nfc | 5.7.4 | - | enterprise-profile enhanced-pin
b7d3f68e-88a6-471e-9ecf-2df26d041ede | Yubico | Security Key NFC by Yubico | security-key | usb nfc | 5.7.4 | - | -
b90e7dc1-316e-4fee-a25a-56a666a670fe | Yubico | YubiKey 5Ci (enterprise profile) | yubikey-5 | usb lightning | 5.7.1 | - | enterprise-profile
b92c3f9a-c014-4056-887f-140a2501163b | Yubico | Security Key by Yubico | security-key | usb | 5.2 | 5.5 | -
ba0a9266-40d8-4048-9786-d710b5474752 | Yubico | YubiKey Bio Multi-protocol Edition (Consumer Profile) | yubikey-bio | usb | 5.8.0 | - | bio usb-ccid
c1f9a0bc-1dd2-404a-b27f-8e29047a43fd | Yubico | YubiKey 5/5C NFC FIPS | yubikey-5 | usb nfc | 5.4 | 5.5 | fips
c3479970-e58a-4f70-836f-853bf42fb063 | Yubico | YubiKey 5 Series with Lightning (Enterprise Profile) | yubikey-5 | usb lightning | 5.8.0 | - | enterprise-profile usb-ccid
c35034f5-d516-4508-a2df-1a6f535a3d4e | Yubico | Security Key NFC by Yubico - Enterprise Edition (enterprise profile) | security-key | usb nfc | - | - | enterprise-profile enterprise-edition
c5ef55ff-ad9a-4b9f-b580-adebafe026d0 | Yubico | YubiKey 5Ci | yubikey-5 | usb lightning | 5.2 | 5.5 | -
cb69481e-8ff7-4039-93ec-0a2729a154a8 | Yubico | YubiKey 5 Series | yubikey-5 | usb | 5.1 | 5.2 | -
ce6bf97f-9f69-4ba7-9032-97adc6ca5cf1 | Yubico | YubiKey 5/5C NFC FIPS | yubikey-5 | usb nfc | 5.7.4 | - | fips pre-production
cf89adc8-653a-450a-a7f2-9eb674008e0d | Yubico | YubiKey Bio - FIDO Edition (enterprise profile) | yubikey-bio | usb | - | - | bio enterprise-profile
d2fbd093-ee62-488d-9dad-1e36389f8826 | Yubico | YubiKey 5 FIPS series | yubikey-5 | usb | 5.7.4 | - | fips pre-production
d7781e5d-e353-46aa-afe2-3ca49f13332a | Yubico | YubiKey 5/5C NFC | yubikey-5 | usb nfc | 5.7.4 | - | -
d8522d9f-575b-4866-88a9-ba99fa02f35b | Yubico | YubiKey Bio - FIDO Edition | yubikey-bio | usb | 5.5 | 5.7 | bio
dc5e949d-f939-43b3-9877-a85c7186b753 | Yubico | YubiKey Bio Multi-protocol Edition (Enterprise Profile) | yubikey-bio | usb | 5.8.0 | - | bio enterprise-profile usb-ccid
dd86a2da-86a0-4cbe-b462-4bd31f57bc6f | Yubico | YubiKey Bio - FIDO Edition | yubikey-bio | usb | 5.7.2 | - | bio
e2ec531b-d30d-45c2-980f-096ca6682b4f | Yubico | YubiKey 5Ci | yubikey-5 | usb lightning | - | - | -
e77e3c64-05e3-428b-8824-0cbeb04b829d | Yubico | Security Key NFC by Yubico | security-key | usb nfc | 5.7.1 | - | -
eb7ef748-cbe0-4b40-b8f6-07bd2d592d35 | Yubico | YubiKey 5 CCN Series with NFC (Consumer Profile) | yubikey-5 | usb nfc | 5.8.0 | - | usb-ccid
ed042a3a-4b22-4455-bb69-a267b652ae7e | Yubico | Security Key NFC by Yubico - Enterprise Edition | security-key | usb nfc | 5.7.4 | - | enterprise-edition
ee882879-721c-4913-9775-3dfcce97072a | Yubico | YubiKey 5 Series | yubikey-5 | usb | 5.2 | 5.5 | -
f0c3cb73-f7fd-4a10-b444-1311c4bc53a9 | Yubico | YubiKey 5 FIPS series (enterprise profile) | yubikey-5 | usb | - | - | fips enterprise-profile
f4ce5fc0-57d3-46f5-a736-efb7d5bc63b5 | Yubico | YubiKey 5 Series with NFC (Consumer Profile) | yubikey-5 | usb nfc | 5.8.0 | - | usb-ccid
f521e8a9-582c-44ea-b7e3-701049df3956 | Yubico | YubiKey Bio - Multi-protocol Edition (enterprise profile) | yubikey-bio | usb | - | - | bio enterprise-profile
f554775b-d63e-4030-bd8f-04ec9cbaf416 | Yubico | YubiKey 5/5C NFC FIPS | yubikey-5 | usb nfc | - | - | fips
f8a011f3-8c0a-4d15-8006-17111f9edc7d | Yubico | Security Key by Yubico | security-key | usb | 5.1 | 5.2 | -
f93fc44f-2a6c-4f9a-b747-734673963188 | Yubico | YubiKey 5 FIPS series | yubikey-5 | usb | - | - | fips
fa2b99dc-9e39-4257-8f92-4a30d23c4118 | Yubico | YubiKey 5 NFC | yubikey-5 | usb nfc | 5.1 | 5.2 | -
fbdeb70b-6a67-43b4-8146-df2646d6fd91 | Yubico | YubiKey 5Ci FIPS (enterprise profile) | yubikey-5 | usb lightning | - | - | fips enterprise-profile
fcc0118f-cd45-435b-8da1-9782b2da0715 | Yubico | YubiKey 5/5C NFC FIPS | yubikey-5 | usb nfc | 5.7.4 | - | fips
ff4dac45-ede8-4ec2-aced-cf66103f4335 | Yubico | YubiKey 5 Series | yubikey-5 | usb | 5.7.4 | - | -
12755c32-8ad1-46eb-881c-e0b38d848b09 | Feitian | Feitian ePass FIDO Authenticator (CTAP2.1, CTAP2.0, U2F) | other | usb | - | - | -
12ded745-4bed-47d4-abaa-e713f51d6393 | Feitian | Feitian AllinOne FIDO2 Authenticator | other | usb nfc ble | - | - | -
1d8cac46-47a1-3386-af50-e88ae46fe802 | Ledger | Ledger Flex FIDO2 Authenticator | other | usb nfc | - | - | -
234cd403-35a2-4cc2-8015-77ea280c77f5 | Feitian | Feitian ePass FIDO2-NFC Series (CTAP2.1, CTAP2.0, U2F) | other | usb nfc | - | - | -
260e3021-482d-442d-838c-7edfbe153b7e | Feitian | Feitian ePass FIDO2-NFC Plus Authenticator | other | usb nfc | - | - | -
2bff89f2-323a-48fc-b7c8-9ff7fe87c07e | Feitian | Feitian BioPass FIDO2 Pro (Enterprise Profile) | other | usb | - | - | -
2c0df832-92de-4be1-8412-88a8f074df4a | Feitian | Feitian FIDO Smart Card | other | nfc | - | - | -
2cd2f727-f6ca-44da-8f48-5c2e5da000a2 | Nitrokey | Nitrokey 3 AM | other | usb | - | - | -
341e4da9-3c2e-8103-5a9f-aad887135200 | Ledger | Ledger Nano S FIDO2 Authenticator | other | usb | - | - | -
39589099-9a75-49fc-afaa-801ca211c62a | Feitian | Feitian ePass FIDO-NFC (Enterprise Profile) (CTAP2.1, CTAP2.0, U2F) | other | usb nfc | - | - | -
3e22415d-7fdf-4ea4-8a0c-dd60c4249b9d | Feitian | Feitian iePass FIDO Authenticator | other | usb | - | - | -
42b4fb4a-2866-43b2-9bf7-6c6669c2e5d3 | Google | Google Titan Security Key v2 | other | usb nfc | - | - | -
42df17de-06ba-4177-a2bb-6701be1380d6 | Feitian | Feitian BioPass FIDO2 Plus Authenticator | other | usb | - | - | -
4c0cf95d-2f40-43b5-ba42-4c83a11c04ba | Feitian | Feitian BioPass FIDO2 Pro Authenticator | other | usb | - | - | -
58b44d0b-0a7c-f33a-fd48-f7153c871352 | Ledger | Ledger Nano S Plus FIDO2 Authenticator | other | usb | - | - | -
664d9f67-84a2-412a-9ff7-b4f7d8ee6d05 | OpenSK | OpenSK authenticator | other | usb | - | - | -
6e24d385-004a-16a0-7bfe-efd963845b34 | Ledger | Ledger Stax FIDO2 Authenticator | other | usb nfc | - | - | -
77010bd7-212a-4fc9-b236-d2ca5e9d4084 | Feitian | Feitian BioPass FIDO2 Authenticator | other | - | - | - | -
78ba3993-d784-4f44-8d6e-cc0a8ad5230e | Feitian | Feitian ePass FIDO-NFC(CTAP2.1, CTAP2.0, U2F) | other | usb nfc | - | - | -
833b721a-ff5f-4d00-bb2e-bdda3ec01e29 | Feitian | Feitian ePass FIDO2 Authenticator | other | - | - | - | -
8876631b-d4a0-427f-5773-0ec71c9e0279 | SoloKeys | Solo Secp256R1 FIDO2 CTAP2 Authenticator | other | - | - | - | -
8976631b-d4a0-427f-5773-0ec71c9e0279 | SoloKeys | Solo Tap Secp256R1 FIDO2 CTAP2 Authenticator | other | nfc | - | - | -
9876631b-d4a0-427f-5773-0ec71c9e0279 | SoloKeys | Somu Secp256R1 FIDO2 CTAP2 Authenticator | other | - | - | - | -
998f358b-2dd2-4cbe-a43a-e8107438dfb3 | OnlyKey | OnlyKey Secp256R1 FIDO2 CTAP2 Authenticator | other | - | - | - | -
a02140b7-0cbd-42e1-a9b5-a39da2545114 | Feitian | Feitian BioPass FIDO2 Plus (Enterprise Profile) | other | usb | - | - | -
ab32f0c6-2239-afbb-c470-d2ef4e254db7 | Token2 | TOKEN2 FIDO2 Security Key | other | - | - | - | -
b3315166-f36c-b05f-fea8-66a3dfdad171 | Ledger | Ledger Nano Gen5 FIDO2 Authenticator | other | usb nfc | - | - | -
b6ede29c-3772-412c-8a78-539c1f4c62d2 | Feitian | Feitian BioPass FIDO2 Plus Authenticator | other | usb | - | - | -
eabb46cc-e241-80bf-ae9e-96fa6d2975cf | Token2 | TOKEN2 PIN Plus Security Key Series | other | usb nfc | - | - | -
ee041bce-25e5-4cdb-8f86-897fd6418464 | Feitian | Feitian ePass FIDO2-NFC Authenticator | other | - | - | - | -
fcb1bcb4-f370-078c-6993-bc24d0ae3fbe | Ledger | Ledger Nano X FIDO2 Authenticator | other | usb | - | - | -
244eb29e-e090-4e49-81fe-1f20f8d3b8f4 | CanoKeys | CanoKey | other | - | - | - | -
89fb94b7-06c9-3673-9b7e-30526d968145 | Pico FIDO | Pico FIDO (open firmware) | other | - | - | - | -
d6d0bdc3-62ee-c4db-de8d-7a656e4a4487 | Trezor | Trezor Model T | other | - | - | - | -
`;

/** vendorId:productId | vendor | name | USB interfaces switched on */
export const USB_TABLE = `
1050:0010 | Yubico | YubiKey Standard | OTP
1050:0110 | Yubico | YubiKey NEO | OTP
1050:0111 | Yubico | YubiKey NEO | OTP CCID
1050:0112 | Yubico | YubiKey NEO | CCID
1050:0113 | Yubico | YubiKey NEO | FIDO
1050:0114 | Yubico | YubiKey NEO | OTP FIDO
1050:0115 | Yubico | YubiKey NEO | FIDO CCID
1050:0116 | Yubico | YubiKey NEO | OTP FIDO CCID
1050:0120 | Yubico | Security Key by Yubico (older platform) | FIDO
1050:0401 | Yubico | YubiKey 4 and 5 platform | OTP
1050:0402 | Yubico | YubiKey 4 and 5 platform | FIDO
1050:0403 | Yubico | YubiKey 4 and 5 platform | OTP FIDO
1050:0404 | Yubico | YubiKey 4 and 5 platform | CCID
1050:0405 | Yubico | YubiKey 4 and 5 platform | OTP CCID
1050:0406 | Yubico | YubiKey 4 and 5 platform | FIDO CCID
1050:0407 | Yubico | YubiKey 4 and 5 platform | OTP FIDO CCID
1050:0410 | Yubico | YubiKey Plus | OTP FIDO
0483:a2ac | STMicroelectronics | ellipticSecure MIRKey | FIDO
0483:a2ca | STMicroelectronics | - | FIDO
0483:cdab | STMicroelectronics | - | FIDO
058b:022d | Infineon Technologies | Infineon FIDO | FIDO
06cb:0088 | Synaptics Inc. | Kensington VeriMark | FIDO
096e:0850 | Feitian Technologies Co., Ltd. | FS ePass FIDO | FIDO
096e:0852 | Feitian Technologies Co., Ltd. | - | FIDO
096e:0853 | Feitian Technologies Co., Ltd. | - | FIDO
096e:0854 | Feitian Technologies Co., Ltd. | - | FIDO
096e:0856 | Feitian Technologies Co., Ltd. | - | FIDO
096e:0858 | Feitian Technologies Co., Ltd. | - | FIDO
096e:085a | Feitian Technologies Co., Ltd. | FS MultiPass FIDO U2F | FIDO
096e:085b | Feitian Technologies Co., Ltd. | - | FIDO
096e:085d | Feitian Technologies Co., Ltd. | - | FIDO
096e:0866 | Feitian Technologies Co., Ltd. | BioPass FIDO2 K33 | FIDO
096e:0867 | Feitian Technologies Co., Ltd. | BioPass FIDO2 K43 | FIDO
096e:0880 | Feitian Technologies Co., Ltd. | Hypersecu HyperFIDO | FIDO
1050:0121 | Yubico AB | - | FIDO
1050:0200 | Yubico AB | Gnubby U2F | FIDO
10c4:8acf | Silicon Laboratories, Inc. | U2F Zero | FIDO
1209:5070 | pid.codes | SoloKeys SoloHacker | FIDO
1209:50b0 | pid.codes | SoloKeys SoloBoot | FIDO
1209:53c1 | pid.codes | SatoshiLabs TREZOR | FIDO
1209:beee | pid.codes | SoloKeys v2 | FIDO
18d1:5026 | Google Inc. | Google Titan U2F | FIDO
1a44:00bb | VASCO Data Security NV | VASCO SecureClick | FIDO
1d50:60fc | OpenMoko, Inc. | OnlyKey (FIDO2/U2F) | FIDO
1e0d:f1ae | NEOWAVE | Neowave Keydo AES | FIDO
1e0d:f1d0 | NEOWAVE | Neowave Keydo | FIDO
1ea8:f025 | Shenzhen Excelsecu Data Technology Co., Ltd. | Thethis Key | FIDO
1ea8:fc25 | Shenzhen Excelsecu Data Technology Co., Ltd. | ExcelSecu FIDO2 Security Key | FIDO
1fc9:f143 | NXP Semiconductors | GoTrust Idem Key | FIDO
20a0:4287 | Clay Logic | Nitrokey FIDO U2F | FIDO
20a0:42b1 | Clay Logic | Nitrokey FIDO2 | FIDO
20a0:42b2 | Clay Logic | Nitrokey 3C NFC | FIDO
20a0:42b3 | Clay Logic | Safetech SafeKey | FIDO
20a0:42d4 | Clay Logic | CanoKey | FIDO
20a0:42dd | Clay Logic | Nitrokey 3A NFC | FIDO
24dc:0101 | Aladdin Software Security R.D. | JaCarta U2F | FIDO
24dc:0501 | Aladdin Software Security R.D. | JaCarta U2F | FIDO
2581:f1d0 | Plug‐up | Happlink Security Key | FIDO
2abe:1002 | Bluink Ltd | Bluink Key | FIDO
2c97:0000 | LEDGER | Ledger Blue | FIDO
2c97:0001 | LEDGER | Ledger Nano S Old firmware | FIDO
2c97:0004 | LEDGER | Ledger Nano X Old firmware | FIDO
2c97:0011 | LEDGER | Ledger Blue | FIDO
2c97:0015 | LEDGER | Ledger Blue Legacy | FIDO
2c97:1005 | LEDGER | Ledger Nano S HID+U2F | FIDO
2c97:1011 | LEDGER | Ledger Nano S HID+WEBUSB | FIDO
2c97:1015 | LEDGER | Ledger Nano S HID+U2F+WEBUSB | FIDO
2c97:4005 | LEDGER | Ledger Nano X HID+U2F | FIDO
2c97:4011 | LEDGER | Ledger Nano X HID+WEBUSB | FIDO
2c97:4015 | LEDGER | Ledger Nano X HID+U2F+WEBUSB | FIDO
2c97:5005 | LEDGER | Ledger Nano S+ HID+U2F | FIDO
2c97:5011 | LEDGER | Ledger Nano S+ HID+WEBUSB | FIDO
2c97:5015 | LEDGER | Ledger Nano S+ HID+U2F+WEBUSB | FIDO
2c97:6005 | LEDGER | Ledger Stax HID+U2F | FIDO
2c97:6011 | LEDGER | Ledger Stax HID+WEBUSB | FIDO
2c97:6015 | LEDGER | Ledger stax HID+U2F+WEBUSB | FIDO
2ccf:0880 | Hypersecu Information Systems, Inc. | Hypersecu HyperFIDO | FIDO
311f:4a1a | eWBM Co., Ltd. | TrustKey Solutions FIDO2 G310 | FIDO
311f:4a2a | eWBM Co., Ltd. | TrustKey Solutions FIDO2 G310H/G320H | FIDO
311f:4c2a | eWBM Co., Ltd. | TrustKey Solutions FIDO2 G320 | FIDO
311f:5c2f | eWBM Co., Ltd. | eWBM FIDO2 Goldengate G500 | FIDO
311f:a6e9 | eWBM Co., Ltd. | TrustKey Solutions FIDO2 T120 | FIDO
311f:a7f9 | eWBM Co., Ltd. | TrustKey Solutions FIDO2 T110 | FIDO
311f:f47c | eWBM Co., Ltd. | eWBM FIDO2 Goldengate G450 | FIDO
32a3:3201 | GoTrustID Inc. | Idem Key | FIDO
349e:0010 | Token2 Sàrl | PIN+ Mini USB A/C R3 FIDO | FIDO
349e:0011 | Token2 Sàrl | PIN+ Mini USB A/C R3 OTP | OTP
349e:0012 | Token2 Sàrl | PIN+ Mini USB A/C R3 FIDO+OTP | FIDO OTP
349e:0013 | Token2 Sàrl | PIN+ Mini USB A/C R3 OTP+PGP | OTP PGP
349e:0014 | Token2 Sàrl | PIN+ Mini USB A/C R3 FIDO+PGP | FIDO PGP
349e:0015 | Token2 Sàrl | PIN+ Mini USB A/C R3 PGP | PGP
349e:0016 | Token2 Sàrl | PIN+ Mini USB A/C R3 OTP+PGP+FIDO | OTP PGP FIDO
349e:0020 | Token2 Sàrl | PIN+ R1/R2/R3 FIDO | FIDO
349e:0021 | Token2 Sàrl | PIN+ R1/R2/R3 OTP | OTP
349e:0022 | Token2 Sàrl | PIN+ R1/R2/R3 FIDO+OTP | FIDO OTP
349e:0023 | Token2 Sàrl | PIN+ R3 OTP+PGP | OTP PGP
349e:0024 | Token2 Sàrl | PIN+ R3 FIDO+PGP | FIDO PGP
349e:0025 | Token2 Sàrl | PIN+ R3 PGP | PGP
349e:0026 | Token2 Sàrl | PIN+ R3 OTP+PGP+FIDO | OTP PGP FIDO
349e:0200 | Token2 Sàrl | PIN+ Bio3 Dual A+C R3.2 FIDO | FIDO
349e:0201 | Token2 Sàrl | PIN+ Bio3 Dual A+C R3.2 OTP | OTP
349e:0202 | Token2 Sàrl | PIN+ Bio3 Dual A+C R3.2 FIDO+OTP | FIDO OTP
349e:0203 | Token2 Sàrl | PIN+ Bio3 Dual A+C R3.2 OTP+PGP | OTP PGP
349e:0204 | Token2 Sàrl | PIN+ Bio3 Dual A+C R3.2 FIDO+PGP | FIDO PGP
349e:0205 | Token2 Sàrl | PIN+ Bio3 Dual A+C R3.2 PGP | PGP
349e:0206 | Token2 Sàrl | PIN+ Bio3 Dual A+C R3.2 OTP+PGP+FIDO | OTP PGP FIDO
4c4d:f703 | Unknown vendor | Longmai mFIDO | FIDO
534c:0001 | SatoshiLabs | SatoshiLabs TREZOR | FIDO
`;
