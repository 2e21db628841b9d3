global using Hms.Abstractions;
global using ErrorCode = Hms.Protocol.ErrorCode;
global using Hms.Protocol;
global using Hms.Protocol.Catalogue;
global using Hms.Protocol.Coordination;
